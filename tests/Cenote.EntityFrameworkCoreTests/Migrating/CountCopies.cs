using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Cenote.EntityFrameworkCoreTests.Migrating;

[DbContext(typeof(LibraryContext))]
[Migration("20260102000000_CountCopies")]
public sealed class CountCopies : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<int>("Copies", "Books", defaultValue: 1);
        if (ActiveProvider == "Npgsql.EntityFrameworkCore.PostgreSQL")
        {
            migrationBuilder.Sql("CREATE TYPE shelf AS ENUM ('fiction', 'science')");
        }
    }

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""ALTER TABLE "Books" DROP COLUMN "Copies" """);
}
