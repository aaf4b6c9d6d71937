using Cenote.StubDriver;

namespace Cenote.InterleavingTests.Desk;

/// <summary>What happens to the next resets: some hang until they are released, then some fail.</summary>
internal sealed class ClearScript(int hanging = 0, int failing = 0) : StubScript
{
    private readonly object _gate = new();
    private int _hanging = hanging;
    private int _failing = failing;
    private bool _isReleased;

    public override StubStep? Next(StubCall call, int number)
    {
        if (call != StubCall.Clear)
        {
            return null;
        }

        if (Interlocked.Decrement(ref _hanging) >= 0)
        {
            lock (_gate)
            {
                while (!_isReleased)
                {
                    Monitor.Wait(_gate);
                }
            }
        }

        return Interlocked.Decrement(ref _failing) >= 0 ? StubStep.Fail() : null;
    }

    public void Release()
    {
        lock (_gate)
        {
            _isReleased = true;
            Monitor.PulseAll(_gate);
        }
    }
}
