namespace Cenote.Benchmarks.Cycles;

/// <summary>
/// One way to take something and give it back, repeated on one thread. Any number of threads may run it at once.
/// </summary>
internal interface ICycle : IDisposable
{
    void Run(int worker, int count);
}
