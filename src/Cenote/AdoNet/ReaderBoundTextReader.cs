namespace Cenote.AdoNet;

/// <summary>A text reader that reads from the session, and ends with its reader.</summary>
internal sealed class ReaderBoundTextReader(PooledDataReader owner, TextReader text) : TextReader
{
    public override int Peek()
    {
        owner.Enter();
        try
        {
            return text.Peek();
        }
        catch (Exception exception) when (owner.Failed(exception) is { } told)
        {
            throw told;
        }
        finally
        {
            owner.Leave();
        }
    }

    public override int Read()
    {
        owner.Enter();
        try
        {
            return text.Read();
        }
        catch (Exception exception) when (owner.Failed(exception) is { } told)
        {
            throw told;
        }
        finally
        {
            owner.Leave();
        }
    }

    public override int Read(char[] buffer, int index, int count)
    {
        owner.Enter();
        try
        {
            return text.Read(buffer, index, count);
        }
        catch (Exception exception) when (owner.Failed(exception) is { } told)
        {
            throw told;
        }
        finally
        {
            owner.Leave();
        }
    }

    public override int Read(Span<char> buffer)
    {
        owner.Enter();
        try
        {
            return text.Read(buffer);
        }
        catch (Exception exception) when (owner.Failed(exception) is { } told)
        {
            throw told;
        }
        finally
        {
            owner.Leave();
        }
    }

    public override int ReadBlock(char[] buffer, int index, int count)
    {
        owner.Enter();
        try
        {
            return text.ReadBlock(buffer, index, count);
        }
        catch (Exception exception) when (owner.Failed(exception) is { } told)
        {
            throw told;
        }
        finally
        {
            owner.Leave();
        }
    }

    public override int ReadBlock(Span<char> buffer)
    {
        owner.Enter();
        try
        {
            return text.ReadBlock(buffer);
        }
        catch (Exception exception) when (owner.Failed(exception) is { } told)
        {
            throw told;
        }
        finally
        {
            owner.Leave();
        }
    }

    public override string? ReadLine()
    {
        owner.Enter();
        try
        {
            return text.ReadLine();
        }
        catch (Exception exception) when (owner.Failed(exception) is { } told)
        {
            throw told;
        }
        finally
        {
            owner.Leave();
        }
    }

    public override string ReadToEnd()
    {
        owner.Enter();
        try
        {
            return text.ReadToEnd();
        }
        catch (Exception exception) when (owner.Failed(exception) is { } told)
        {
            throw told;
        }
        finally
        {
            owner.Leave();
        }
    }

    public override Task<int> ReadAsync(char[] buffer, int index, int count) => ReadAsync(buffer.AsMemory(index, count)).AsTask();

    public override Task<int> ReadBlockAsync(char[] buffer, int index, int count) => ReadBlockAsync(buffer.AsMemory(index, count)).AsTask();

    public override Task<string?> ReadLineAsync() => ReadLineAsync(CancellationToken.None).AsTask();

    public override Task<string> ReadToEndAsync() => ReadToEndAsync(CancellationToken.None);

    public override async ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default)
    {
        owner.Enter();
        try
        {
            return await text.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (owner.Failed(exception, cancellationToken) is { } told)
        {
            throw told;
        }
        finally
        {
            owner.Leave();
        }
    }

    public override async ValueTask<int> ReadBlockAsync(Memory<char> buffer, CancellationToken cancellationToken = default)
    {
        owner.Enter();
        try
        {
            return await text.ReadBlockAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (owner.Failed(exception, cancellationToken) is { } told)
        {
            throw told;
        }
        finally
        {
            owner.Leave();
        }
    }

    public override async ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        owner.Enter();
        try
        {
            return await text.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (owner.Failed(exception, cancellationToken) is { } told)
        {
            throw told;
        }
        finally
        {
            owner.Leave();
        }
    }

    public override async Task<string> ReadToEndAsync(CancellationToken cancellationToken)
    {
        owner.Enter();
        try
        {
            return await text.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (owner.Failed(exception, cancellationToken) is { } told)
        {
            throw told;
        }
        finally
        {
            owner.Leave();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !owner.IsOver)
        {
            owner.Enter();
            try
            {
                text.Dispose();
            }
            catch (Exception exception) when (owner.Failed(exception) is { } told)
            {
                throw told;
            }
            finally
            {
                owner.Leave();
            }
        }

        base.Dispose(disposing);
    }
}
