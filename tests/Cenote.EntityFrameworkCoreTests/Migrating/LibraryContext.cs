using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Cenote.EntityFrameworkCoreTests.Migrating;

/// <summary>A context whose database comes from migrations.</summary>
public sealed class LibraryContext(DbContextOptions<LibraryContext> options) : DbContext(options)
{
    public DbSet<Book> Books => Set<Book>();

    // No snapshot of the model is kept, which a tool would generate.
    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
        optionsBuilder.ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning));
}
