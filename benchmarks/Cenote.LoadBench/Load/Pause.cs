namespace Cenote.LoadBench.Load;

/// <summary>
/// Blocks the calling thread for a while, which takes no processor time and no timer of the thread pool.
/// </summary>
internal static class Pause
{
    internal static void For(TimeSpan duration)
    {
        using var never = new ManualResetEventSlim(initialState: false, spinCount: 0);
        never.Wait(duration);
    }
}
