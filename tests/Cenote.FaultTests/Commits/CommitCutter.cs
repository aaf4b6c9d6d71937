using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cenote.FaultTests.Commits;

/// <summary>A proxy that recognizes commits, and lets each meet with a fault that the test draws.</summary>
internal sealed class CommitCutter : IAsyncDisposable
{
    // A driver sends a commit alone, because it waits for the answer of the statement before.
    private const int LongestCommit = 24;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentDictionary<Task, bool> _links = new();
    private readonly int _upstream;
    private readonly Func<CommitFault> _draw;
    private readonly Func<Task> _endSessions;
    private readonly int[] _met = new int[Enum.GetValues<CommitFault>().Length];
    private readonly Task _accepting;

    internal CommitCutter(int upstream, Func<CommitFault> draw, Func<Task> endSessions)
    {
        _upstream = upstream;
        _draw = draw;
        _endSessions = endSessions;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many commits met with each fault.</summary>
    internal string Describe() => string.Join(", ", Enum.GetValues<CommitFault>().Select(fault => $"{fault} {_met[(int)fault]}"));

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_links.Keys);
        _stopped.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopped.Token);
                var link = RunAsync(client);
                _links.TryAdd(link, true);
                _ = link.ContinueWith(ended => _links.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task RunAsync(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        using var ended = client;
        client.NoDelay = true;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _upstream, _stopped.Token);
            using var link = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token);
            var answers = new Gate(link.Token);
            Task[] directions = [PassRequestsAsync(client, server, answers), PassAnswersAsync(server, client, answers)];
            await Task.WhenAny(directions);

            // The other direction ends with the link, and nothing of it is left for a later test.
            await link.CancelAsync();
            await Task.WhenAll(directions);
        }
        // One direction closes the sockets that the other one is about to use.
        catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException or InvalidOperationException)
        {
            // One side has ended.
        }
    }

    private async Task PassRequestsAsync(TcpClient client, TcpClient server, Gate answers)
    {
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await client.GetStream().ReadAsync(buffer, answers.Token)) > 0)
        {
            var fault = IsCommit(buffer.AsSpan(0, count)) ? _draw() : CommitFault.None;
            if (IsCommit(buffer.AsSpan(0, count)))
            {
                Interlocked.Increment(ref _met[(int)fault]);
            }

            if (await MeetAsync(fault, client, server, answers, buffer.AsMemory(0, count)))
            {
                return;
            }
        }
    }

    /// <returns>Whether the link has ended.</returns>
    private async Task<bool> MeetAsync(CommitFault fault, TcpClient client, TcpClient server, Gate answers, ReadOnlyMemory<byte> commit)
    {
        switch (fault)
        {
            case CommitFault.LostAndServerWaits:
                answers.Close();
                Reset(client);
                await ReadToEndAsync(server, answers);
                return true;
            case CommitFault.Lost:
                Reset(client);
                return true;
            case CommitFault.Late:
                answers.Close();
                Reset(client);
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(40)), TimeProvider.System, answers.Token);
                await server.GetStream().WriteAsync(commit, answers.Token);
                await ReadToEndAsync(server, answers);
                return true;
            case CommitFault.CutAtOnce:
                await server.GetStream().WriteAsync(commit, answers.Token);
                Reset(client);
                Reset(server);
                return true;
            case CommitFault.AnswerLost:
                answers.Close();
                await server.GetStream().WriteAsync(commit, answers.Token);
                await answers.Answered.WaitAsync(answers.Token);
                Reset(client);
                return true;
            case CommitFault.CutAfterAnswer:
                await server.GetStream().WriteAsync(commit, answers.Token);
                answers.EndsAfterNext = true;
                return false;
            case CommitFault.SessionEnded:
                var stream = server.GetStream();
                await Task.WhenAll(_endSessions(), stream.WriteAsync(commit, answers.Token).AsTask());
                return false;
            default:
                await server.GetStream().WriteAsync(commit, answers.Token);
                return false;
        }
    }

    private static async Task PassAnswersAsync(TcpClient server, TcpClient client, Gate answers)
    {
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await server.GetStream().ReadAsync(buffer, answers.Token)) > 0)
        {
            if (answers.IsClosed)
            {
                answers.Swallow();
                continue;
            }

            await client.GetStream().WriteAsync(buffer.AsMemory(0, count), answers.Token);
            if (answers.EndsAfterNext)
            {
                return;
            }
        }

        if (answers.IsClosed)
        {
            // The other direction ends the link.
            answers.Swallow();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, answers.Token);
        }
    }

    // The answers are read by the other direction.
    private static async Task ReadToEndAsync(TcpClient server, Gate answers)
    {
        while (!(server.Client.Poll(TimeSpan.Zero, SelectMode.SelectRead) && server.Available == 0))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, answers.Token);
        }
    }

    private static bool IsCommit(ReadOnlySpan<byte> sent) =>
        sent.Length <= LongestCommit && Encoding.ASCII.GetString(sent).Contains("commit", StringComparison.OrdinalIgnoreCase);

    private static void Reset(TcpClient side)
    {
        try
        {
            side.LingerState = new LingerOption(enable: true, 0);
            side.Client.Close();
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Ended already.
        }
    }

    /// <summary>What the direction of the answers does.</summary>
    private sealed class Gate(CancellationToken token)
    {
        private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Gets a token that is cancelled when one direction has ended.</summary>
        internal CancellationToken Token { get; } = token;

        internal Task Answered => _answered.Task;

        internal volatile bool EndsAfterNext;

        internal bool IsClosed { get; private set; }

        internal void Close() => IsClosed = true;

        internal void Swallow() => _answered.TrySetResult();
    }
}
