namespace Cenote.AdoNet;

/// <summary>Never leaves the library: what a lease left behind cannot be ended, since another thread is using it.</summary>
internal sealed class StillInUseException : Exception;
