using System.Collections.ObjectModel;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Cenote.AdoNet;

// What the columns are.
internal sealed partial class PooledDataReader
{
    public override int FieldCount
    {
        get
        {
            var reader = Enter();
            try
            {
                return reader.FieldCount;
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
    }

    public override int VisibleFieldCount
    {
        get
        {
            var reader = Enter();
            try
            {
                return reader.VisibleFieldCount;
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
    }

    public override string GetName(int ordinal)
    {
        var reader = Enter();
        try
        {
            return reader.GetName(ordinal);
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

    public override int GetOrdinal(string name)
    {
        var reader = Enter();
        try
        {
            return reader.GetOrdinal(name);
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

    public override string GetDataTypeName(int ordinal)
    {
        var reader = Enter();
        try
        {
            return reader.GetDataTypeName(ordinal);
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
    public override Type GetFieldType(int ordinal)
    {
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

    public override DataTable? GetSchemaTable()
    {
        var reader = Enter();
        try
        {
            return reader.GetSchemaTable();
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

    public override async Task<DataTable?> GetSchemaTableAsync(CancellationToken cancellationToken = default)
    {
        var reader = Enter();
        try
        {
            return await reader.GetSchemaTableAsync(cancellationToken).ConfigureAwait(false);
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

    public ReadOnlyCollection<DbColumn> GetColumnSchema()
    {
        var reader = Enter();
        try
        {
            return reader.GetColumnSchema();
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

    public override async Task<ReadOnlyCollection<DbColumn>> GetColumnSchemaAsync(CancellationToken cancellationToken = default)
    {
        var reader = Enter();
        try
        {
            return await reader.GetColumnSchemaAsync(cancellationToken).ConfigureAwait(false);
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
}
