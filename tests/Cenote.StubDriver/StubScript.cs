namespace Cenote.StubDriver;

/// <summary>Decides what each call of the driver does. Called from many threads at once.</summary>
public abstract class StubScript
{
    /// <summary>What the call does; <see langword="null"/> to succeed at once.</summary>
    /// <param name="call">Which call.</param>
    /// <param name="number">Its number among the calls of its kind, from 1.</param>
    public abstract StubStep? Next(StubCall call, int number);
}
