using System.Data;

namespace Cenote.PostgreSql;

/// <summary>
/// A session in its own Npgsql pool, for versions of Npgsql without the members that
/// <see cref="SharedSourceSession"/> needs. Each session loads the types for itself.
/// </summary>
internal sealed class DriverPoolSession(NpgsqlDataSource dataSource, ConnectionSettings settings, PoolerTraits pooler, bool withoutOptions)
    : DriverResetSession(dataSource.CreateConnection(), settings, pooler, new OpeningAnswers())
{
    /// <inheritdoc/>
    public override async ValueTask CloseAsync()
    {
        await Session.EndAsync(dataSource.ConnectionString).ConfigureAwait(false);
        await dataSource.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ValueTask AbortAsync() => Session.AbortAsync(dataSource);

    /// <summary>Opens the connection object, which takes the session out of the driver's pool.</summary>
    public override void PrepareLease()
    {
        if (Session.State == ConnectionState.Closed)
        {
            Session.Open();
        }
    }

    protected override void Connect()
    {
        try
        {
            Session.Open();
        }
        catch (Exception exception) when (withoutOptions)
        {
            PoolerTraits.MarkWithoutOptions(exception);
            throw;
        }
    }

    protected override async ValueTask ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Session.OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (withoutOptions)
        {
            PoolerTraits.MarkWithoutOptions(exception);
            throw;
        }
    }

    protected override void Reset() => Session.Close();

    protected override Task ResetAsync() => Session.CloseAsync();
}
