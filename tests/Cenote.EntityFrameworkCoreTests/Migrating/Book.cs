namespace Cenote.EntityFrameworkCoreTests.Migrating;

public sealed class Book
{
    public Guid Id { get; set; }

    public required string Title { get; set; }

    public int Copies { get; set; }
}
