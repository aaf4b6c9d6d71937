namespace Cenote.AdoNet;

// Values of any type, and pieces of large ones.
internal sealed partial class PooledDataReader
{
    public override object this[int ordinal]
    {
        get
        {
            var reader = Enter();
            try
            {
                return Guard(reader[ordinal]);
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

    public override object this[string name]
    {
        get
        {
            var reader = Enter();
            try
            {
                return Guard(reader[name]);
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

    public override object GetValue(int ordinal)
    {
        var reader = Enter();
        try
        {
            return Guard(reader.GetValue(ordinal));
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

    public override int GetValues(object[] values)
    {
        var reader = Enter();
        try
        {
            return GuardAll(values, reader.GetValues(values));
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

    public override object GetProviderSpecificValue(int ordinal)
    {
        var reader = Enter();
        try
        {
            return Guard(reader.GetProviderSpecificValue(ordinal));
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

    public override int GetProviderSpecificValues(object[] values)
    {
        var reader = Enter();
        try
        {
            return GuardAll(values, reader.GetProviderSpecificValues(values));
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

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length)
    {
        var reader = Enter();
        try
        {
            return reader.GetBytes(ordinal, dataOffset, buffer, bufferOffset, length);
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

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length)
    {
        var reader = Enter();
        try
        {
            return reader.GetChars(ordinal, dataOffset, buffer, bufferOffset, length);
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

    public override T GetFieldValue<T>(int ordinal)
    {
        var reader = Enter();
        try
        {
            return GuardTyped(reader.GetFieldValue<T>(ordinal));
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

    public override async Task<T> GetFieldValueAsync<T>(int ordinal, CancellationToken cancellationToken)
    {
        var reader = Enter();
        try
        {
            return await GuardedFieldValueAsync<T>(reader, ordinal, cancellationToken).ConfigureAwait(false);
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

    public override async Task<bool> IsDBNullAsync(int ordinal, CancellationToken cancellationToken)
    {
        var reader = Enter();
        try
        {
            return await reader.IsDBNullAsync(ordinal, cancellationToken).ConfigureAwait(false);
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
