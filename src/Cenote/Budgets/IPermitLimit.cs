namespace Cenote.Budgets;

/// <summary>What the instances that share a budget allow this one. Read under the ledger's lock.</summary>
internal interface IPermitLimit
{
    /// <summary>Gets the number of permits that the pools of this instance may be guaranteed.</summary>
    int Guaranteeable { get; }

    /// <summary>
    /// Gets the largest number of opens at once. The server does not yet count a session that is being opened.
    /// </summary>
    int MaxOpening { get; }

    /// <summary>
    /// Returns the number of permits at this moment. Reads the clock, because the process may have been frozen while
    /// the limit ended.
    /// </summary>
    int Read();
}
