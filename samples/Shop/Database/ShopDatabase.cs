using System.Data.Common;
using Cenote.Providers;

namespace Cenote.Shop.Database;

/// <summary>The database that a shop stands on, and where its SQL differs from the others'.</summary>
internal abstract class ShopDatabase : IDisposable
{
    protected ShopDatabase(Secrets secrets) => Secrets = secrets;

    /// <summary>The database's name in prose.</summary>
    public abstract string Name { get; }

    /// <summary>The file, or server and database; never a secret.</summary>
    public abstract string Place { get; }

    public abstract ShopDialect Dialect { get; }

    /// <summary>Whether every table must be the shop's: a file holds one thing, a server many.</summary>
    public virtual bool MustHoldOnlyTheShop => false;

    /// <summary>Whether the driver blocks its thread while it waits: "asynchronous" calls included.</summary>
    public virtual bool BlocksThreads => false;

    /// <summary>What becomes of the shop after the run, in words.</summary>
    public abstract string Afterwards { get; }

    /// <summary>Hides the connection string's secrets in what the driver says.</summary>
    public Secrets Secrets { get; }

    /// <summary>What the pool is built on.</summary>
    public abstract DatabaseProvider CreateProvider();

    /// <summary>What a pool is built on whose connections only read.</summary>
    public virtual DatabaseProvider CreateReadingProvider() => CreateProvider();

    /// <summary>A connection of the driver, not pooled by anyone: the check must not lean on what it checks.</summary>
    public async Task<DbConnection> OpenDirectAsync(CancellationToken cancellationToken)
    {
        var connection = CreateDirectConnection();
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            await connection.DisposeAsync();
            throw Unreachable("cannot be reached", exception);
        }
    }

    /// <summary>Keeps a second run from replacing the shop under this one, until it is disposed of.</summary>
    /// <exception cref="ShopRefusedException">Another run has it, or the place is not for us.</exception>
    public abstract Task<IAsyncDisposable> ClaimAsync(CancellationToken cancellationToken);

    /// <summary>Loads rows into an empty table, in the database's fastest way.</summary>
    public abstract Task LoadAsync(
        DbConnection connection, DbTransaction transaction, ShopTable table, IEnumerable<object[]> rows, CancellationToken cancellationToken);

    public DatabaseUnreachableException Unreachable(string what, Exception exception) =>
        new($"{Name} at {Place} {what}: {Secrets.Hide(FirstLine(exception))}", exception);

    /// <summary>Removes the files that the database keeps only while it is open.</summary>
    public virtual Task TidyUpAsync() => Task.CompletedTask;

    /// <summary>Removes what was made for this run alone.</summary>
    public virtual void Dispose()
    {
    }

    protected abstract DbConnection CreateDirectConnection();

    protected ShopRefusedException ClaimedElsewhere() =>
        new($"Another `./run` is using the shop of {Name} at {Place}. Wait until it ends, or name another database.");

    // Drivers wrap the reason that a person needs ("Connection refused") in a message that only says that it failed.
    private static string FirstLine(Exception exception)
    {
        var text = exception.Message;
        for (var inner = exception.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (!text.Contains(inner.Message, StringComparison.Ordinal))
            {
                text += " — " + inner.Message;
            }
        }

        return text.ReplaceLineEndings(" ");
    }
}
