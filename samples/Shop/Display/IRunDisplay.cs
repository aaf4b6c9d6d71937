namespace Cenote.Shop.Display;

/// <summary>Shows a run to a person while it goes on.</summary>
internal interface IRunDisplay
{
    /// <summary>Shows what the watch sees until the run has ended.</summary>
    Task ShowAsync(RunWatch watch, Task run);
}
