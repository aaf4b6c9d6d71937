using System.Data;

namespace Cenote;

// What the driver tells of its database.
public sealed partial class PooledConnection
{
    /// <inheritdoc/>
    public override DataTable GetSchema()
    {
        var lease = Enter();
        try
        {
            return lease.Connection.GetSchema();
        }
        catch (Exception exception) when (Failed(in lease, exception) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc/>
    public override DataTable GetSchema(string collectionName)
    {
        var lease = Enter();
        try
        {
            return lease.Connection.GetSchema(collectionName);
        }
        catch (Exception exception) when (Failed(in lease, exception) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc/>
    public override DataTable GetSchema(string collectionName, string?[] restrictionValues)
    {
        var lease = Enter();
        try
        {
            return lease.Connection.GetSchema(collectionName, restrictionValues);
        }
        catch (Exception exception) when (Failed(in lease, exception) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc/>
    public override async Task<DataTable> GetSchemaAsync(CancellationToken cancellationToken = default)
    {
        var lease = Enter();
        try
        {
            return await lease.Connection.GetSchemaAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (Failed(in lease, exception) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc/>
    public override async Task<DataTable> GetSchemaAsync(string collectionName, CancellationToken cancellationToken = default)
    {
        var lease = Enter();
        try
        {
            return await lease.Connection.GetSchemaAsync(collectionName, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (Failed(in lease, exception) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc/>
    public override async Task<DataTable> GetSchemaAsync(string collectionName, string?[] restrictionValues, CancellationToken cancellationToken = default)
    {
        var lease = Enter();
        try
        {
            return await lease.Connection.GetSchemaAsync(collectionName, restrictionValues, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (Failed(in lease, exception) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }
}
