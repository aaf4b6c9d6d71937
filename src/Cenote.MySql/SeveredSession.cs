namespace Cenote.MySql;

/// <summary>A session whose socket was shut down.</summary>
/// <param name="Thread">Its number at the server.</param>
/// <param name="Port">The client's port, or <see langword="null"/> without TCP.</param>
internal sealed record SeveredSession(int Thread, int? Port);
