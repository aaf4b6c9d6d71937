namespace Cenote.Cli.Watching;

/// <summary>
/// The response of a server up to a limit, because an endless one must not fill the memory. Beyond the limit, reading
/// throws a <see cref="DashboardException"/>.
/// </summary>
internal sealed class BoundedStream(Stream inner) : Stream
{
    /// <summary>The limit of one answer or event. A thousand pools take about 2 MB.</summary>
    public const int LargestAnswer = 16 * 1024 * 1024;

    private long _taken;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Starts the count again for the next event.</summary>
    public void BeginNext() => _taken = 0;

    /// <exception cref="DashboardException">The answer exceeds the limit.</exception>
    public async Task<byte[]> ReadToEndAsync(CancellationToken cancellationToken)
    {
        using var answer = new MemoryStream();
        await CopyToAsync(answer, cancellationToken);
        return answer.ToArray();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        return Count(read);
    }

    public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Count(int read)
    {
        _taken += read;
        return _taken <= LargestAnswer
            ? read
            : throw new DashboardException(FormattableString.Invariant($"The answer has more than {LargestAnswer / (1024 * 1024)} MB, so it is not from a dashboard. Check that URL is the address given to MapCenoteDashboard."));
    }
}
