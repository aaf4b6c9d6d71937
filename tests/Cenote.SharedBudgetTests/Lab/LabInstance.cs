using Cenote.Shop.Instances;

namespace Cenote.SharedBudgetTests.Lab;

/// <summary>An instance of the lab with its ways to Redis and to the database.</summary>
internal sealed class LabInstance(InstanceProcess process, Relay redis, Relay database) : IAsyncDisposable
{
    internal InstanceProcess Process => process;

    internal Relay Redis => redis;

    internal Relay Database => database;

    internal InstanceReport Report => process.Latest!;

    internal Task StopAsync() => SignalAsync("STOP");

    internal Task ContinueAsync() => SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        redis.Speak();
        database.Speak();
        await process.DisposeAsync();
        await redis.DisposeAsync();
        await database.DisposeAsync();
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = System.Diagnostics.Process.Start("kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
