using System.Collections.Concurrent;

namespace Cenote.EntityFrameworkCoreTests.Watching;

/// <summary>What interceptors were called with, in order.</summary>
internal sealed class CallRecorder
{
    private readonly ConcurrentQueue<string> _calls = new();

    public void Note(string call) => _calls.Enqueue(call);

    public List<string> Take()
    {
        var calls = _calls.ToList();
        _calls.Clear();
        return calls;
    }
}
