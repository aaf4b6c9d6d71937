namespace Cenote.FaultTests.Commits;

/// <summary>What happens to a commit on its way.</summary>
internal enum CommitFault
{
    /// <summary>It arrives, and its answer does.</summary>
    None,

    /// <summary>It never arrives, and the server's session waits for it.</summary>
    LostAndServerWaits,

    /// <summary>It never arrives, and the server's session ends, too.</summary>
    Lost,

    /// <summary>It arrives later than the client's connection ends.</summary>
    Late,

    /// <summary>It arrives, and both connections end at the same moment.</summary>
    CutAtOnce,

    /// <summary>It arrives and is answered, and the answer is lost.</summary>
    AnswerLost,

    /// <summary>Its answer arrives, and then the connection ends.</summary>
    CutAfterAnswer,

    /// <summary>The administrator ends the server's sessions when it arrives.</summary>
    SessionEnded,
}
