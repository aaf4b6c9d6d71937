using Cenote.StubDriver;

namespace Cenote.LoadBench.Pools;

/// <summary>Opens of the stub driver that take a while.</summary>
internal sealed class OpenTimes(TimeSpan openTime) : StubScript
{
    public override StubStep? Next(StubCall call, int number) =>
        call == StubCall.Open && openTime > TimeSpan.Zero ? StubStep.Take(openTime, TimeProvider.System) : null;
}
