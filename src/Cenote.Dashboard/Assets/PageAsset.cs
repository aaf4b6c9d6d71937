namespace Cenote.Dashboard.Assets;

/// <summary>One file of the page.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Hash">Of the content: the same as long as the content is.</param>
internal sealed record PageAsset(byte[] Content, string ContentType, string Hash);
