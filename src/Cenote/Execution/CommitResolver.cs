using System.Data.Common;
using Cenote.Connections;
using Cenote.Providers;

namespace Cenote.Execution;

/// <summary>
/// The search for the outcome of commits without an answer, for one call of <c>ExecuteAsync</c>: the server is asked on
/// another connection of the pool until it has decided, or until the deadline.
/// </summary>
internal sealed class CommitResolver(ConnectionPool pool, ICommitOutcomeReader reader, RetryOptions options, CallSite site)
{
    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(10);

    private readonly TimeSpan _start = pool.Engine.Settings.Clock.Elapsed;

    /// <summary>Gets the token of the deadline and of the caller.</summary>
    internal CancellationToken CancellationToken { get; init; }

    /// <summary>Gets how often the server has answered what became of the last commit.</summary>
    internal int Answers { get; private set; }

    /// <summary>Gets why the last commit's outcome is unknown, as a sentence.</summary>
    internal string? Explanation { get; private set; }

    internal ICommitOutcomeReader Reader => reader;

    /// <summary>Forgets the last commit, before another try.</summary>
    internal void Forget()
    {
        Answers = 0;
        Explanation = null;
    }

    /// <summary>Returns the resolver of an execution that uses one.</summary>
    /// <exception cref="PoolOptionsException">The pool's database cannot do it.</exception>
    internal static CommitResolver? Create(ConnectionPool pool, RetryOptions options, CallSite site, CancellationToken cancellationToken)
    {
        if (!options.ResolveUnknownCommits || pool.Provider.IsInProcess)
        {
            // A database in the process answers every commit.
            return null;
        }

        var problems = new OptionProblems();
        if (pool.Provider is not ICommitOutcomeReader reader)
        {
            problems.Add($"ResolveUnknownCommits is true, but {pool.Provider.GetType().Name} cannot find out what became of a commit. Set it to false.");
        }
        else if (reader.RequiresCommitTable && pool.Engine.Settings.CommitTable is null)
        {
            problems.Add("ResolveUnknownCommits is true, but CommitTable is not set. This database keeps no record of its transactions. Create a table with the statement of GetCommitTableScript, and set ConnectionPoolOptions.CommitTable.");
        }
        else
        {
            return new CommitResolver(pool, reader, options, site) { CancellationToken = cancellationToken };
        }

        throw new PoolOptionsException(pool.Name, problems.All);
    }

    /// <summary>Checks once for each pool that the server can be asked, before the first work runs.</summary>
    /// <exception cref="PoolOptionsException">The server has refused.</exception>
    internal async ValueTask CheckAsync(PooledConnection connection)
    {
        if (pool.ResolvesCommits)
        {
            return;
        }

        try
        {
            await reader.CheckCommitsAsync(connection, pool.Engine.Settings.CommitTable, CancellationToken).ConfigureAwait(false);
            pool.ResolvesCommits = true;
        }
        catch (Exception exception) when (exception is NotSupportedException || WorkRetry.IsAnswer(exception, pool))
        {
            throw new PoolOptionsException(pool.Name, [$"ResolveUnknownCommits is true, but the server cannot be asked what became of a commit: {exception.Message} Set it to false, or correct CommitTable and the user's privileges."]);
        }
    }

    /// <summary>Asks until the outcome is certain, the deadline has passed, or it cannot be found out.</summary>
    /// <param name="commit">The commit; <see langword="null"/> for a transaction that has written nothing.</param>
    internal async Task<CommitOutcome> ResolveAsync(object? commit)
    {
        var clock = pool.Engine.Settings.Clock;
        var begun = clock.Elapsed;
        Answers = 0;
        var reading = commit is null
            ? new CommitReading(CommitOutcome.RolledBack, "the transaction had written nothing")
            : await AskAsync(commit).ConfigureAwait(false);
        var took = clock.Elapsed - begun;
        Explanation = FormattableString.Invariant($"{Readable.Count(Answers, "answer")} of the server in {Readable.About(took)}: {reading.Explanation}");
        if (reading.Outcome == CommitOutcome.Committed)
        {
            pool.Engine.Desk.Meters.CommitsFoundCommitted.Increment();
        }
        else if (reading.Outcome == CommitOutcome.RolledBack)
        {
            pool.Engine.Desk.Meters.CommitsFoundRolledBack.Increment();
        }

        pool.Engine.Journal.CommitResolved(site, reading.Outcome, Explanation, took);
        return reading.Outcome;
    }

    private async Task<CommitReading> AskAsync(object commit)
    {
        var delay = options.BaseDelay < ShortestDelay ? ShortestDelay : options.BaseDelay;
        var last = "no connection was available";
        try
        {
            while (true)
            {
                CancellationToken.ThrowIfCancellationRequested();
                try
                {
                    var reading = await ReadAsync(commit).ConfigureAwait(false);
                    Answers++;
                    if (reading.Outcome != CommitOutcome.InProgress)
                    {
                        return reading;
                    }

                    last = reading.Explanation;
                }
                catch (PoolClosedException)
                {
                    return new CommitReading(CommitOutcome.Unknown, "the pool was closed");
                }
                catch (Exception exception) when (!CancellationToken.IsCancellationRequested && exception is not OutOfMemoryException)
                {
                    last = $"the last query failed with {exception.GetType().Name}";
                    if (WorkRetry.IsAnswer(exception, pool) && pool.Engine.Classifier.Classify(exception) == FailureKind.Other)
                    {
                        return new CommitReading(CommitOutcome.Unknown, last);
                    }
                }

                await Task.Delay(delay, pool.Engine.Settings.Clock.TimeProvider, CancellationToken).ConfigureAwait(false);
                delay = delay + delay > options.MaxDelay ? (delay > options.MaxDelay ? delay : options.MaxDelay) : delay + delay;
            }
        }
        catch (Exception) when (CancellationToken.IsCancellationRequested)
        {
            return new CommitReading(CommitOutcome.Unknown, $"{last}, and the deadline passed or the token was cancelled");
        }
    }

    private async Task<CommitReading> ReadAsync(object commit)
    {
        var settings = pool.Engine.Settings;
        var left = _start + options.Timeout - settings.Clock.Elapsed;
        if (left <= TimeSpan.Zero)
        {
            // The timer of the deadline is late.
            throw new TimeoutException();
        }

        var lease = await pool.Engine.Rents.RentAsync(site, CancellationToken, left < settings.AcquireTimeout ? left : settings.AcquireTimeout).ConfigureAwait(false);
        await using var returned = lease.ConfigureAwait(false);
        try
        {
            return await reader.ReadCommitOutcomeAsync(lease.Connection, commit, CancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            pool.Engine.FailureReports.Report(in lease, exception);
            throw;
        }
    }
}
