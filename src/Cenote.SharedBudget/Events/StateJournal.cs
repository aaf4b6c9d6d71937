using Cenote.SharedBudget.Grants;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cenote.SharedBudget.Events;

/// <summary>The state of an instance: logged, and sent to the handlers in order. Logs equal failures once.</summary>
internal sealed class StateJournal
{
    private readonly object _gate = new();
    private readonly ILogger _logger;
    private readonly string _budget;
    private readonly string _instance;
    private SharedBudgetState _state;
    private string? _lastFailure;
    private string? _lastCountFailure;
    private int _lastStrangers;

    internal StateJournal(ILoggerFactory? loggerFactory, string budget, string instance)
    {
        _logger = new SafeLogger((loggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Cenote.SharedBudget"));
        (_budget, _instance) = (budget, instance);
        Changes = new OrderedEvent<SharedBudgetStateChangedEventArgs>((_, exception) => SharedBudgetLog.HandlerFailed(_logger, _budget, exception));
    }

    internal OrderedEvent<SharedBudgetStateChangedEventArgs> Changes { get; }

    internal SharedBudgetState State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    /// <summary>Gets the kind of the last failure to renew, until a renewal succeeds.</summary>
    internal string? LastFailure => Volatile.Read(ref _lastFailure);

    /// <summary>Gets the kind of the last failure to ask the database, until it answers.</summary>
    internal string? LastCountFailure => Volatile.Read(ref _lastCountFailure);

    /// <summary>Records whether the grant is valid.</summary>
    /// <param name="isGranted">Whether it is.</param>
    /// <param name="isEmpty">Whether it is of no connection, which does not end the start.</param>
    internal void Record(bool isGranted, bool isEmpty = false)
    {
        lock (_gate)
        {
            if (isGranted)
            {
                Volatile.Write(ref _lastFailure, null);
            }

            var (previous, current) = (_state, isGranted ? SharedBudgetState.Granted : SharedBudgetState.Alone);
            if (previous == current || (isEmpty && previous == SharedBudgetState.Starting))
            {
                return;
            }

            _state = current;
            SharedBudgetLog.StateChanged(_logger, _budget, _instance, previous, current);
            Changes.Post(new SharedBudgetStateChangedEventArgs(previous, current));
        }
    }

    internal void RenewalFailed(Exception exception)
    {
        var failure = Describe(exception);
        if (Interlocked.Exchange(ref _lastFailure, failure) != failure)
        {
            SharedBudgetLog.RenewalFailed(_logger, _budget, _instance, failure);
        }
    }

    /// <summary>Records that the database has answered, so that the next failure is logged again.</summary>
    internal void Counted() => Volatile.Write(ref _lastCountFailure, null);

    internal void CountFailed(Exception exception)
    {
        var failure = Describe(exception);
        if (Interlocked.Exchange(ref _lastCountFailure, failure) != failure)
        {
            SharedBudgetLog.CountFailed(_logger, _budget, _instance, failure);
        }
    }

    /// <summary>Records what is left for sessions that have the name of the budget and are not of its
    /// instances.</summary>
    internal void Record(int strangers)
    {
        if (Interlocked.Exchange(ref _lastStrangers, strangers) == 0 && strangers > 0)
        {
            SharedBudgetLog.StrangersFound(_logger, _budget, strangers);
        }
    }

    internal void SessionsEnded(string expired, int sessions) => SharedBudgetLog.SessionsEnded(_logger, _budget, sessions, expired);

    // No message of a driver: it may quote the configuration.
    private static string Describe(Exception exception) => exception is RejectedInstanceException rejected ? rejected.Message
        : exception is System.Data.Common.DbException { SqlState: { Length: > 0 } state } ? $"{exception.GetType().Name}, SQLSTATE {state}" : exception.GetType().Name;
}
