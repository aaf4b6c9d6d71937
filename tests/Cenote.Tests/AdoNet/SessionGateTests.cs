using Cenote.AdoNet;

namespace Cenote.Tests.AdoNet;

/// <summary>Who may use a session, step by step. What threads make of it is in the interleaving tests.</summary>
public sealed class SessionGateTests
{
    [Fact]
    public void A_new_gate_is_closed_and_lets_no_call_in()
    {
        var gate = new GateFields().Gate;
        Assert.Equal(ConnectionPhase.Closed, gate.Phase);
        Assert.False(gate.TryBeginClosing());
        Assert.False(gate.TryEnter(out _));
        Assert.False(gate.HasCallsInside);
    }

    [Fact]
    public async Task A_gate_gives_its_lease_between_opening_and_closing()
    {
        await using var test = TestPool.Create();
        await using var lease = await test.Pool.RentAsync();
        var gate = new GateFields().Gate;
        Assert.True(gate.TryBeginOpening());
        Assert.False(gate.TryBeginOpening());
        Assert.False(gate.TryGetLease(out _));
        Assert.True(gate.FinishOpening(in lease));
        Assert.True(gate.TryGetLease(out var given));
        Assert.Equal(lease, given);
        Assert.False(gate.TryBeginOpening());

        Assert.True(gate.TryBeginClosing());
        Assert.False(gate.TryBeginClosing());
        Assert.False(gate.TryGetLease(out _));
        Assert.False(gate.TryEnter(out _));
        Assert.False(gate.TryBeginOpening());
        Assert.Equal(lease, gate.ClosingLease);
        gate.FinishClosing();
        Assert.Equal(ConnectionPhase.Closed, gate.Phase);
    }

    [Fact]
    public async Task A_gate_that_opens_again_gives_the_new_lease()
    {
        await using var test = TestPool.Create();
        var first = await test.Pool.RentAsync();
        var fields = new GateFields(first);
        fields.Gate.TryBeginClosing();
        first.Dispose();
        fields.Gate.FinishClosing();
        await using var second = await test.Pool.RentAsync();
        var gate = fields.Gate;
        Assert.True(gate.TryBeginOpening());
        Assert.True(gate.FinishOpening(in second));
        Assert.True(gate.TryEnter(out var given));
        Assert.Equal(second, given);
        Assert.NotEqual(first, given);
        Assert.False(gate.Leave());
    }

    [Fact]
    public async Task The_last_call_that_leaves_finishes_a_closing_that_was_handed_over()
    {
        await using var test = TestPool.Create();
        await using var lease = await test.Pool.RentAsync();
        var gate = new GateFields(lease).Gate;
        Assert.True(gate.TryEnter(out _));
        Assert.True(gate.TryEnter(out _));
        Assert.True(gate.TryBeginClosing());
        Assert.True(gate.HasCallsInside);
        gate.HandOver();
        Assert.False(gate.Leave());
        Assert.True(gate.HasCallsInside);
        Assert.True(gate.Leave());
        Assert.False(gate.HasCallsInside);
        Assert.False(gate.TryTakeOver());
    }

    [Fact]
    public async Task A_closing_thread_takes_back_what_it_handed_over_to_no_call()
    {
        await using var test = TestPool.Create();
        await using var lease = await test.Pool.RentAsync();
        var gate = new GateFields(lease).Gate;
        gate.TryBeginClosing();
        Assert.False(gate.TryTakeOver());
        gate.HandOver();
        Assert.True(gate.TryTakeOver());
        Assert.False(gate.TryTakeOver());
    }

    [Fact]
    public async Task A_gate_disposed_of_while_it_opens_has_its_opener_close_it()
    {
        await using var test = TestPool.Create();
        await using var lease = await test.Pool.RentAsync();
        var gate = new GateFields().Gate;
        gate.TryBeginOpening();
        Assert.False(gate.TryBeginDisposing());
        Assert.False(gate.TryBeginClosing());
        Assert.False(gate.FinishOpening(in lease));
        Assert.True(gate.TryBeginClosing());
        gate.FinishClosing();

        // The opening that was refused gives up afterwards.
        gate.GiveUpOpening();
        Assert.Equal(ConnectionPhase.Closed, gate.Phase);
        Assert.True(gate.IsDisposed);
        Assert.False(gate.TryBeginOpening());
    }

    [Fact]
    public async Task An_opening_that_was_given_up_can_begin_again()
    {
        await using var test = TestPool.Create();
        await using var lease = await test.Pool.RentAsync();
        var gate = new GateFields().Gate;
        gate.TryBeginOpening();
        Assert.Equal(ConnectionPhase.Opening, gate.Phase);
        gate.GiveUpOpening();
        Assert.Equal(ConnectionPhase.Closed, gate.Phase);
        Assert.True(gate.TryBeginOpening());
        Assert.True(gate.FinishOpening(in lease));
        gate.GiveUpOpening();
        Assert.Equal(ConnectionPhase.Open, gate.Phase);
    }

    [Fact]
    public async Task A_revoked_lease_is_not_given_and_the_gate_has_the_reason()
    {
        await using var test = TestPool.Create();
        var lease = await test.Pool.RentAsync();
        var gate = new GateFields(lease).Gate;
        Assert.Null(gate.Revocation);
        Assert.True(test.Pool.TryRevoke(Assert.Single(test.Pool.GetLeases())));
        Assert.False(gate.TryGetLease(out _));
        Assert.True(gate.TryEnter(out var revoked));
        Assert.False(revoked.IsActive);
        gate.Leave();
        Assert.Equal(ConnectionPhase.Open, gate.Phase);
        Assert.NotNull(gate.Revocation);
        Assert.True(gate.TryBeginClosing());
        Assert.Null(gate.Revocation);
    }
}
