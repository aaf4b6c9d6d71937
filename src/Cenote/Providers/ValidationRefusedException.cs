// Thrown by a provider to its pool alone.
#pragma warning disable CA1032, CA1064

namespace Cenote.Providers;

/// <summary>
/// The exception for a <see cref="AdoNetProviderOptions.ValidationCommand"/> that the database refuses, so that every
/// connection would be closed at its first validation.
/// </summary>
internal sealed class ValidationRefusedException(string command, Exception refusal) : InvalidOperationException(
    $"AdoNetProviderOptions.ValidationCommand '{command}' failed on a new connection ({refusal.GetType().Name}: {refusal.Message}). Set the cheapest statement that the database answers.",
    refusal);
