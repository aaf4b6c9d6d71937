namespace Cenote.AdoNet;

/// <summary>A stream that reads from the session, and ends with its reader.</summary>
internal sealed class ReaderBoundStream(PooledDataReader owner, Stream stream) : Stream
{
    public override bool CanRead => stream.CanRead;

    public override bool CanSeek => stream.CanSeek;

    public override bool CanTimeout => stream.CanTimeout;

    public override bool CanWrite => false;

    public override long Length => stream.Length;

    public override long Position
    {
        get => stream.Position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override int ReadTimeout
    {
        get => stream.ReadTimeout;
        set => stream.ReadTimeout = value;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        owner.Enter();
        try
        {
            return stream.Read(buffer, offset, count);
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

    public override int Read(Span<byte> buffer)
    {
        owner.Enter();
        try
        {
            return stream.Read(buffer);
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

    public override int ReadByte()
    {
        owner.Enter();
        try
        {
            return stream.ReadByte();
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

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        owner.Enter();
        try
        {
            return await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
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

    public override long Seek(long offset, SeekOrigin origin)
    {
        owner.Enter();
        try
        {
            return stream.Seek(offset, origin);
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

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("A stream of a column cannot be written.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A stream of a column cannot be written.");

    public override void Write(ReadOnlySpan<byte> buffer) => throw new NotSupportedException("A stream of a column cannot be written.");

    protected override void Dispose(bool disposing)
    {
        if (disposing && !owner.IsOver)
        {
            owner.Enter();
            try
            {
                stream.Dispose();
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
