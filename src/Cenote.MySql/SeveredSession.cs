namespace Cenote.MySql;

/// <summary>A session whose line was cut.</summary>
/// <param name="Thread">Its number at the server.</param>
/// <param name="Port">The client's port; <see langword="null"/> over anything but TCP.</param>
internal sealed record SeveredSession(int Thread, int? Port);
