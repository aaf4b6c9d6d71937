namespace Cenote.MySql;

/// <summary>Blocking calls of the driver on a thread of their own.</summary>
internal static class OwnThread
{
    internal static Task RunAsync(Action call) =>
        Task.Factory.StartNew(call, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
}
