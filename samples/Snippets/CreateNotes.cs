using FluentMigrator;

namespace Snippets;

/// <summary>
/// What the snippet of <see cref="Libraries"/> finds in its assembly: FluentMigrator looks at types that are public all
/// the way up.
/// </summary>
[Migration(1)]
public sealed class CreateNotes : Migration
{
    public override void Up() => Create.Table("notes").WithColumn("id").AsInt32().PrimaryKey();

    public override void Down() => Delete.Table("notes");
}
