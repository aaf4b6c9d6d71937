using Cenote.Providers;

namespace Cenote.Connections;

/// <summary>The credentials of one attempt to connect.</summary>
/// <param name="Value">The credentials; <see langword="null"/> for those of the connection string.</param>
/// <param name="IsReused">Whether an earlier attempt had them too, so that they may have been replaced since.</param>
internal readonly record struct GivenCredentials(DatabaseCredentials? Value, bool IsReused);
