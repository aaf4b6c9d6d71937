using System.Collections.ObjectModel;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Cenote.AdoNet;

// Columns.
internal sealed partial class PooledDataReader
{
    public override int FieldCount => Call(0, static (reader, _) => reader.FieldCount);

    public override int VisibleFieldCount => Call(0, static (reader, _) => reader.VisibleFieldCount);

    public override string GetName(int ordinal) => Call(ordinal, static (reader, column) => reader.GetName(column));

    public override int GetOrdinal(string name) => Call(name, static (reader, column) => reader.GetOrdinal(column));

    public override string GetDataTypeName(int ordinal) => Call(ordinal, static (reader, column) => reader.GetDataTypeName(column));

    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)]
    public override Type GetFieldType(int ordinal)
    {
        // Without a helper, because the annotations for the trimmer are on the driver's method.
        var reader = Enter();
        try
        {
            return reader.GetFieldType(ordinal);
        }
        catch (Exception exception) when (Failed(exception) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }

    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)]
    public override Type GetProviderSpecificFieldType(int ordinal)
    {
        var reader = Enter();
        try
        {
            return reader.GetProviderSpecificFieldType(ordinal);
        }
        catch (Exception exception) when (Failed(exception) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }

    public override DataTable? GetSchemaTable() => Call(0, static (reader, _) => reader.GetSchemaTable());

    public override Task<DataTable?> GetSchemaTableAsync(CancellationToken cancellationToken = default) =>
        CallAsync(0, static (reader, _, token) => reader.GetSchemaTableAsync(token), cancellationToken);

    public ReadOnlyCollection<DbColumn> GetColumnSchema() => Call(0, static (reader, _) => reader.GetColumnSchema());

    public override Task<ReadOnlyCollection<DbColumn>> GetColumnSchemaAsync(CancellationToken cancellationToken = default) =>
        CallAsync(0, static (reader, _, token) => reader.GetColumnSchemaAsync(token), cancellationToken);

    /// <summary>
    /// Makes a guarded call of the driver's reader. The state replaces a closure, so that nothing is allocated.
    /// </summary>
    private T Call<TState, T>(TState state, Func<DbDataReader, TState, T> call)
    {
        var reader = Enter();
        try
        {
            return call(reader, state);
        }
        catch (Exception exception) when (Failed(exception) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc cref="Call"/>
    private async Task<T> CallAsync<TState, T>(
        TState state, Func<DbDataReader, TState, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        var reader = Enter();
        try
        {
            return await call(reader, state, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (Failed(exception, cancellationToken) is { } told)
        {
            throw told;
        }
        finally
        {
            Leave();
        }
    }
}
