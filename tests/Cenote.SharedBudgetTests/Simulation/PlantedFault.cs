namespace Cenote.SharedBudgetTests.Simulation;

/// <summary>A rule that is broken on purpose, to show that the simulation finds it.</summary>
public enum PlantedFault
{
    /// <summary>Every rule holds.</summary>
    None,

    /// <summary>An instance uses its grant after the end.</summary>
    UsesExpiredGrants,

    /// <summary>What is being opened is left out, because the server does not count it.</summary>
    ForgetsOpens,

    /// <summary>An instance offers connections that it still has.</summary>
    OffersWhatItUses,

    /// <summary>A store that restarts is believed what it remembers.</summary>
    TrustsALostTable,

    /// <summary>A grant is over when the clock of the store says so, though that may jump.</summary>
    TrustsTheClockOfTheStore,
}
