namespace Cenote.SharedBudget.Grants;

/// <summary>
/// The other instances have other settings, or another version of the package. The message has no secret.
/// </summary>
/// <param name="message">The message.</param>
/// <param name="isFinal">Whether some of them have a valid grant. Without one, they may be gone for good.</param>
/// <param name="answer">What the table says of them, where they may be gone.</param>
internal sealed class RejectedInstanceException(string message, bool isFinal, GrantAnswer? answer = null) : InvalidOperationException(message)
{
    internal bool IsFinal => isFinal;

    internal GrantAnswer? Answer => answer;
}
