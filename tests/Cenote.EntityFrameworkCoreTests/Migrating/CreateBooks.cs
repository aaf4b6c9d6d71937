using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Cenote.EntityFrameworkCoreTests.Migrating;

[DbContext(typeof(LibraryContext))]
[Migration("20260101000000_CreateBooks")]
public sealed class CreateBooks : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.CreateTable(
            "Books",
            table => new { Id = table.Column<Guid>(), Title = table.Column<string>() },
            constraints: table => table.PrimaryKey("PK_Books", book => book.Id));

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("Books");
}
