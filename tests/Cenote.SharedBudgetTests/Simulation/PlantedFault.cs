namespace Cenote.SharedBudgetTests.Simulation;

/// <summary>A rule that is broken on purpose, to show that the simulation finds it.</summary>
public enum PlantedFault
{
    /// <summary>Every rule holds.</summary>
    None,

    /// <summary>An instance uses its grant after the end.</summary>
    UsesExpiredGrants,

    /// <summary>An instance offers connections that it still has.</summary>
    OffersWhatItUses,

    /// <summary>A store that restarts is believed what it remembers.</summary>
    TrustsALostTable,

    /// <summary>A table that was deleted while its store goes on is followed by one with the same id.</summary>
    TrustsADeletedTable,

    /// <summary>A grant is over when the clock of the store says so, though that may jump.</summary>
    TrustsTheClockOfTheStore,

    /// <summary>Sessions of an unknown budget with the same name are not counted.</summary>
    IgnoresStrangers,

    /// <summary>An instance opens its own session beside what is reserved for it.</summary>
    ForgetsItsOwnSession,

    /// <summary>A newcomer has a place in a new table before the sessions were counted.</summary>
    GivesPlacesBeforeTheCount,

    /// <summary>An instance uses its guaranteed connections for as long as the store does not answer.</summary>
    KeepsGuaranteedForever,

    /// <summary>After a silence of the store, an instance takes the others for expired at once.</summary>
    CountsAfterSilence,

    /// <summary>An instance that stood still ends sessions by what it knew before.</summary>
    EndsAfterAFreeze,
}
