using Cenote.Leasing;

namespace Cenote.Tests.Leasing;

/// <summary>The wish to retire a connection against the wish to have it validated, which share a field.</summary>
public sealed class RetireWishTests
{
    [Fact]
    public async Task A_wish_to_retire_is_never_lost_to_a_proof_that_begins()
    {
        await using var test = await TestPool.FullAsync(1);
        var slot = test.Pool.Engine.Desk.Slots.All[0];
        using var together = new Barrier(2);
        var lost = 0;
        const int Rounds = 20_000;
        var validating = Patience.OnOwnThread(() =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                together.SignalAndWait(Patience.Limit);
                slot.BeginValidation();
                together.SignalAndWait(Patience.Limit);
            }

            return 0;
        });
        for (var round = 0; round < Rounds; round++)
        {
            Reset(slot);
            slot.ValidateOnReturn(slot.Word);
            together.SignalAndWait(Patience.Limit);
            slot.Retire(CloseReason.Retired);
            together.SignalAndWait(Patience.Limit);
            lost += slot.RetireReason is null ? 1 : 0;
        }

        await validating.Soon();
        Assert.Equal(0, lost);
        Reset(slot);
    }

    private static void Reset(Slot slot) => slot.Install(slot.Physical!);
}
