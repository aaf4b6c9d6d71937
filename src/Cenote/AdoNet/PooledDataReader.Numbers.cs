namespace Cenote.AdoNet;

// Values of a known type.
internal sealed partial class PooledDataReader
{
    public override bool GetBoolean(int ordinal)
    {
        var reader = Enter();
        try
        {
            return reader.GetBoolean(ordinal);
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

    public override byte GetByte(int ordinal)
    {
        var reader = Enter();
        try
        {
            return reader.GetByte(ordinal);
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

    public override char GetChar(int ordinal)
    {
        var reader = Enter();
        try
        {
            return reader.GetChar(ordinal);
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

    public override DateTime GetDateTime(int ordinal)
    {
        var reader = Enter();
        try
        {
            return reader.GetDateTime(ordinal);
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

    public override decimal GetDecimal(int ordinal)
    {
        var reader = Enter();
        try
        {
            return reader.GetDecimal(ordinal);
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

    public override double GetDouble(int ordinal)
    {
        var reader = Enter();
        try
        {
            return reader.GetDouble(ordinal);
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

    public override float GetFloat(int ordinal)
    {
        var reader = Enter();
        try
        {
            return reader.GetFloat(ordinal);
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

    public override Guid GetGuid(int ordinal)
    {
        var reader = Enter();
        try
        {
            return reader.GetGuid(ordinal);
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

    public override short GetInt16(int ordinal)
    {
        var reader = Enter();
        try
        {
            return reader.GetInt16(ordinal);
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

    public override int GetInt32(int ordinal)
    {
        var reader = Enter();
        try
        {
            return reader.GetInt32(ordinal);
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

    public override long GetInt64(int ordinal)
    {
        var reader = Enter();
        try
        {
            return reader.GetInt64(ordinal);
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

    public override string GetString(int ordinal)
    {
        var reader = Enter();
        try
        {
            return reader.GetString(ordinal);
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

    public override bool IsDBNull(int ordinal)
    {
        var reader = Enter();
        try
        {
            return reader.IsDBNull(ordinal);
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
