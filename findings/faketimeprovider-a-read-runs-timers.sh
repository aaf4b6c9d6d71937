#!/usr/bin/env bash
# Versions: Microsoft.Extensions.TimeProvider.Testing 10.11.0.
#
# One would guess: a callback of a timer runs on a thread of its own, or within FakeTimeProvider.Advance on the thread of the test. Reading the clock
# runs nothing, so it may be read under a lock, and a lock keeps a callback out that takes it.
# What happens: GetTimestamp and GetUtcNow run every timer that is due, on the thread that reads, before they return. A callback that takes a lock finds
# it taken by its own thread and enters; what awaits Task.Delay of this clock goes on there, too. Timers are due at a read when AutoAdvanceAmount is set,
# or when another thread is about to run them in Advance, so that tests with several threads meet it now and then.
#
# NuGet packages: Microsoft.Extensions.TimeProvider.Testing 10.11.0. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet

build Microsoft.Extensions.TimeProvider.Testing=10.11.0 <<'CSHARP'
using Microsoft.Extensions.Time.Testing;

var second = TimeSpan.FromSeconds(1);
(bool HasRun, bool Timer, bool Delay) Read(TimeProvider time, Action prepare, Func<TimeProvider, object> read)
{
    var gate = new object();
    bool hasRun = false, hadLock = false, delayHadLock = false;
    using var timer = time.CreateTimer(_ => (hasRun, hadLock) = (true, Monitor.IsEntered(gate)), null, second, Timeout.InfiniteTimeSpan);
    _ = Await();
    prepare();
    lock (gate)
    {
        read(time);
        return (hasRun, hadLock, delayHadLock);
    }

    async Task Await()
    {
        await Task.Delay(second, time).ConfigureAwait(false);
        delayHadLock = Monitor.IsEntered(gate);
    }
}

var results = new List<(bool, bool, bool)>();
foreach (var (name, read) in new (string, Func<TimeProvider, object>)[] { ("GetTimestamp", time => time.GetTimestamp()), ("GetUtcNow", time => time.GetUtcNow()) })
{
    var fake = new FakeTimeProvider();
    var result = Read(fake, () => fake.AutoAdvanceAmount = second, time => (read(time), read(time)));
    Console.WriteLine($"{name} under a lock: a timer has run: {result.HasRun}, within the lock: {result.Timer}; a wait has ended within the lock: {result.Delay}");
    results.Add(result);
}

var machine = Read(TimeProvider.System, () => Thread.Sleep(second + second), time => time.GetTimestamp());
Console.WriteLine($"the clock of the machine, 2 s later: a timer has run: {machine.HasRun}, within the lock: {machine.Timer}");
return results.All(result => result == (true, true, true)) && machine == (true, false, false) ? 0 : 1;
CSHARP
run
