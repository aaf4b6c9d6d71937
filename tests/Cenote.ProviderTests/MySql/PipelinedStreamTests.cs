using System.Net;
using System.Net.Sockets;
using Cenote.MySql;

namespace Cenote.ProviderTests.MySql;

public sealed class PipelinedStreamTests : IDisposable
{
    private static readonly byte[] Ok = [7, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0];
    private static readonly byte[] Refusal = [9, 0, 0, 1, 0xFF, 0x17, 0x04, .. "#08S01"u8];

    // Three packets: a column count, a row that begins as a success does, and the end.
    private static readonly byte[] Result = [1, 0, 0, 1, 1, 2, 0, 0, 2, 0, 0, 7, 0, 0, 3, 0xFE, 0, 0, 2, 0, 0, 0];

    private static readonly byte[] Query = [2, 0, 0, 0, 3, (byte)'x'];
    private static readonly ResetRequest Reset = ResetRequest.Of(["SET x"], takesAttributes: false);

    private readonly Socket _listener = NewListener();

    public void Dispose() => _listener.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answers_to_a_reset_are_taken_out_wherever_they_are_cut(bool awaits)
    {
        for (var part = 1; part <= Ok.Length + Ok.Length + Result.Length; part++)
        {
            using var server = new ScriptedStream([.. Ok, .. Ok, .. Result], part);
            await using var stream = NewStream(server);
            stream.SendReset(Reset);
            stream.Write(Query);
            List<byte> seen = [];
            var buffer = new byte[64];
            while ((awaits ? await stream.ReadAsync(buffer, TestContext.Current.CancellationToken) : stream.Read(buffer)) is > 0 and var read)
            {
                seen.AddRange(buffer.AsSpan(0, read));
            }

            Assert.Equal(Result, seen);
            Assert.False(stream.MayBeInTransaction);
            Assert.Equal([.. Reset.Packets, .. Query], server.Sent);
        }
    }

    [Fact]
    public void Request_has_each_command_in_a_packet_of_its_own()
    {
        Assert.Equal([1, 0, 0, 0, 0x1F, 6, 0, 0, 0, 3, .. "SET x"u8], Reset.Packets);
        Assert.Equal(2, Reset.Answers);
        Assert.Equal([1, 0, 0, 0, 0x1F, 8, 0, 0, 0, 3, 0, 1, .. "SET x"u8], ResetRequest.Of([null, "SET x"], takesAttributes: true).Packets);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Refused_reset_ends_the_connection_and_delivers_nothing(bool awaits)
    {
        for (var part = 1; part <= Refusal.Length + Result.Length; part++)
        {
            using var server = new ScriptedStream([.. Ok, .. Refusal, .. Result], part);
            await using var stream = NewStream(server);
            stream.SendReset(Reset);
            stream.Write(Query);
            var exception = await Assert.ThrowsAsync<IOException>(async () =>
                _ = awaits ? await stream.ReadAsync(new byte[64], TestContext.Current.CancellationToken) : stream.Read(new byte[64]));
            Assert.Contains("1047", exception.Message, StringComparison.Ordinal);
            Assert.True(server.IsDisposed);
        }
    }

    [Fact]
    public void Reset_that_is_refused_on_trial_leaves_the_connection_usable()
    {
        using var server = new ScriptedStream([.. Refusal, .. Result], part: 3);
        using var stream = NewStream(server);
        stream.IsOnTrial = true;
        stream.SendReset(ResetRequest.Of([], takesAttributes: false));
        stream.Write(Query);
        List<byte> seen = [];
        var buffer = new byte[64];
        while (stream.Read(buffer) is > 0 and var read)
        {
            seen.AddRange(buffer.AsSpan(0, read));
        }

        Assert.Equal(Result, seen);
        Assert.True(stream.WasRefused);
        Assert.False(server.IsDisposed);
    }

    [Theory]
    [InlineData(true, "10.11.6-MariaDB-0+deb12u1")]
    [InlineData(true, "5.5.5-10.2.4-MariaDB")]
    [InlineData(false, "5.5.5-10.2.3-MariaDB-log")]
    [InlineData(false, "10.1.48-MariaDB")]
    [InlineData(true, "8.0.36")]
    [InlineData(true, "5.7.3-m13")]
    [InlineData(false, "5.7.2-m12")]
    [InlineData(false, "5.6.51-log")]
    [InlineData(false, "unknown")]
    public void Reset_is_known_from_a_version_on(bool expected, string version) => Assert.Equal(expected, SessionCommands.KnowsReset(version));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Awaited_answers_are_checked_too(bool awaits)
    {
        using var server = new ScriptedStream([.. Ok, .. Ok], part: 3);
        await using var stream = NewStream(server);
        stream.SendReset(Reset);
        await ReadAsync(stream, awaits);

        using var refusing = new ScriptedStream([.. Ok, .. Refusal], part: 3);
        await using var refused = NewStream(refusing);
        refused.SendReset(Reset);
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(refused, awaits));

        using var ending = new ScriptedStream(Ok, part: 3);
        await using var ended = NewStream(ending);
        ended.SendReset(Reset);
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(ended, awaits));

        static async Task ReadAsync(PipelinedStream stream, bool awaits)
        {
            if (awaits)
            {
                await stream.ReadAnswersAsync(TestContext.Current.CancellationToken);
            }
            else
            {
                stream.ReadAnswers(Timeout.InfiniteTimeSpan);
            }
        }
    }

    [Fact]
    public void Session_without_a_command_since_its_reset_is_not_reset_again()
    {
        using var server = new ScriptedStream([.. Ok, .. Ok, .. Ok], part: 64);
        using var stream = NewStream(server);
        stream.SendReset(Reset);
        stream.SendReset(Reset);
        Assert.Equal(Reset.Packets, server.Sent);
        stream.Write(Query);
        Assert.Equal(Ok.Length, stream.Read(new byte[64]));
        stream.SendReset(Reset);
        Assert.Equal([.. Reset.Packets, .. Query, .. Reset.Packets], server.Sent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deferred_reset_is_in_the_packet_of_the_next_command(bool awaits)
    {
        using var server = new ScriptedStream([.. Ok, .. Ok, .. Ok], part: 64);
        await using var stream = NewStream(server);
        stream.SendReset(Reset, defers: true);
        Assert.Empty(server.Sent);
        if (awaits)
        {
            await stream.WriteAsync(Query, TestContext.Current.CancellationToken);
        }
        else
        {
            stream.Write(Query);
        }

        Assert.Equal([.. Reset.Packets, .. Query], server.Sent);
        Assert.Equal(1, server.Writes);
        Assert.Equal(Ok.Length, stream.Read(new byte[64]));
        stream.SendDeferred();
        Assert.Equal(1, server.Writes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Deferred_reset_of_a_lease_without_a_command_is_sent_once(bool byTimer)
    {
        using var server = new ScriptedStream([.. Ok, .. Ok, .. Ok], part: 64);
        using var stream = NewStream(server);
        stream.SendReset(Reset, defers: true);
        stream.SendReset(Reset, defers: true);
        Assert.Empty(server.Sent);
        if (byTimer)
        {
            stream.SendDeferred();
        }

        stream.SendReset(Reset);
        stream.SendReset(Reset);
        stream.SendDeferred();
        Assert.Equal(Reset.Packets, server.Sent);
        stream.Write(Query);
        Assert.Equal(Ok.Length, stream.Read(new byte[64]));
        Assert.Equal([.. Reset.Packets, .. Query], server.Sent);
    }

    [Fact]
    public void Reset_is_not_sent_while_a_command_has_no_answer()
    {
        using var server = new ScriptedStream([.. Ok, .. Ok, .. Ok, .. Ok], part: Ok.Length);
        using var stream = NewStream(server);
        var buffer = new byte[64];

        // The status of the answer before says nothing of the command that runs.
        stream.Write(Query);
        Assert.True(stream.Read(buffer) > 0);
        Assert.False(stream.MayBeInTransaction);
        stream.Write(Query);
        Assert.True(stream.MayBeInTransaction);
        Assert.Throws<InvalidOperationException>(() => stream.SendReset(Reset));
        Assert.True(stream.Read(buffer) > 0);

        // The closing of a statement has no answer.
        stream.Write([5, 0, 0, 0, 0x19, 1, 0, 0, 0]);
        stream.SendReset(Reset);
        stream.ReadAnswers(Timeout.InfiniteTimeSpan);

        // The answer to a reset is not that of the command.
        stream.Write(Query);
        Assert.Throws<InvalidOperationException>(() => stream.SendReset(Reset));
    }

    // Bit 1 of the status: in a transaction. Bit 2: autocommit.
    [Theory]
    [InlineData(false, 3, new byte[] { 0, 0, 0, 2, 0, 0, 0 })]
    [InlineData(true, 3, new byte[] { 0, 0, 0, 3, 0, 0, 0 })]
    [InlineData(true, 3, new byte[] { 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(false, 3, new byte[] { 0, 0xFC, 3, 3, 0xFE, 1, 1, 1, 1, 1, 1, 1, 1, 2, 0, 0, 0 })]
    [InlineData(true, 3, new byte[] { 0, 0xFD, 2, 2, 2, 0xFE, 2, 2, 2, 2, 2, 2, 2, 2, 3, 0, 0, 0 })]
    [InlineData(false, 3, new byte[] { 0xFE, 0, 0, 2, 0 })]
    [InlineData(true, 3, new byte[] { 0xFE, 2, 2, 1, 0 })]
    [InlineData(true, 3, new byte[] { 0xFF, 2, 2, 2, 2, 2, 2 })]
    [InlineData(true, 3, new byte[] { 0, 2 })]
    [InlineData(false, 0x17, new byte[] { 0, 0, 0, 2, 0, 0, 0 })]
    [InlineData(true, 0x16, new byte[] { 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0 })]
    public void Transaction_is_read_from_the_end_of_the_last_answer(bool expected, byte command, byte[] packet)
    {
        using var server = new ScriptedStream([(byte)packet.Length, 0, 0, 1, .. packet], part: 2);
        using var stream = NewStream(server);
        stream.Write([1, 0, 0, 0, command]);
        Assert.True(stream.MayBeInTransaction);
        while (stream.Read(new byte[64]) > 0)
        {
        }

        Assert.Equal(expected, stream.MayBeInTransaction);
    }

    [Fact]
    public void Reset_of_a_closed_connection_fails_before_it_is_sent()
    {
        using var listener = NewListener();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(listener.LocalEndPoint!);
        using var server = new ScriptedStream(Ok, part: 64);
        using var stream = new PipelinedStream(server, socket);
        stream.Write(Query);
        _ = stream.Read(new byte[64]);
        listener.Accept().Dispose();
        socket.Poll(-1, SelectMode.SelectRead);
        Assert.Throws<IOException>(() => stream.SendReset(Reset));
        Assert.Equal(Query, server.Sent);
    }

    // The socket only shows whether the connection has ended.
    private PipelinedStream NewStream(Stream server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(_listener.LocalEndPoint!);
        return new PipelinedStream(server, socket);
    }

    private static Socket NewListener()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }

    /// <summary>A server whose answers arrive in parts, and then ends the connection.</summary>
    private sealed class ScriptedStream(byte[] answers, int part) : MemoryStream(answers)
    {
        internal List<byte> Sent { get; } = [];

        internal bool IsDisposed { get; private set; }

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(part, buffer.Length)]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

        internal int Writes { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Writes++;
            Sent.AddRange(buffer);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
