namespace Cenote;

/// <summary>The data of <see cref="SharedConnectionBudget.StateChanged"/>.</summary>
public sealed class SharedBudgetStateChangedEventArgs : EventArgs
{
    internal SharedBudgetStateChangedEventArgs(SharedBudgetState previous, SharedBudgetState current) => (Previous, Current) = (previous, current);

    /// <summary>Gets the earlier state.</summary>
    public SharedBudgetState Previous { get; }

    /// <summary>Gets the new state.</summary>
    public SharedBudgetState Current { get; }
}
