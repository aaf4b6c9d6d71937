namespace Cenote.Tests.Budgets;

/// <summary>
/// Random operations, failures and cancellations on pools of one budget: no permit is lost. CENOTE_BUDGET_ROUNDS sets
/// the length of the lab.
/// </summary>
public sealed class BudgetStormTests
{
    private static readonly int Rounds = BudgetLab.Read("CENOTE_BUDGET_ROUNDS", 40);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_permit_comes_back(int seed)
    {
        const int Size = 3;
        await using var test = new BudgetedPools(Size);
        var names = new[] { "a", "b", "c", "d", "e" };
        foreach (var name in names)
        {
            test.Add(name, options => options.GuaranteedSize = name == "a" ? 1 : 0);
            test.DatabaseOf(name).Script = new RandomScript(seed, failShare: 0.05, hangShare: 0) { Spared = [StubCall.IsUsable, StubCall.BeginLease, StubCall.Close] };
        }

        var work = Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() => RunAsync(test, names, new Random((seed * 100) + worker)))));
        await test.Time.PassUntilAsync(() => work.IsCompleted, TimeSpan.FromMilliseconds(100), () => $"{test.Budget}");
        await work;

        test.Budget.Resize(Size);
        foreach (var name in names)
        {
            test[name].Resume();
            ((RandomScript)test.DatabaseOf(name).Script!).Calm();
            var rent = test[name].RentAsync().AsTask();
            await test.Time.PassUntilAsync(() => rent.IsCompleted, TimeSpan.FromMilliseconds(100), () => $"{test.Budget}");
            (await rent).Dispose();
        }

        await test.Statistics(budget => budget.WaitingPools == 0 && budget.Connections == test.Server.Sessions);
    }

    private static async Task RunAsync(BudgetedPools test, string[] names, Random random)
    {
        for (var i = 0; i < Rounds; i++)
        {
            var pool = test[names[random.Next(names.Length)]];
            try
            {
                switch (random.Next(40))
                {
                    case 0:
                        pool.Clear();
                        break;
                    case 1:
                        // One is guaranteed to the first pool, so the others need a second one.
                        test.Budget.Resize(random.Next(2, 4));
                        break;
                    case 2:
                        await using (await pool.OpenDedicatedConnectionAsync())
                        {
                            await Task.Yield();
                        }

                        break;
                    case 3:
                        pool.Resize(0, random.Next(1, 6));
                        break;
                    case 4:
                        pool.Suspend();
                        await Task.Yield();
                        pool.Resume();
                        break;
                    default:
                        using (var cancellation = new CancellationTokenSource())
                        {
                            var rent = pool.RentAsync(cancellation.Token);
                            if (random.Next(5) == 0)
                            {
                                await cancellation.CancelAsync();
                            }

                            using var lease = await rent;
                            await Task.Yield();
                        }

                        break;
                }
            }
            catch (Exception exception) when (exception is PoolException or OperationCanceledException or StubException)
            {
                // What the script and the cancellations are for.
            }
        }
    }
}
