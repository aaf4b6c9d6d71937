namespace Cenote.Providers;

/// <summary>The reason why the value of a keyword must not be shown.</summary>
internal enum ValueFault
{
    None = 0,

    /// <summary>
    /// It may be what the user means, but it looks so much like a mistake that it is left out of what is shown.
    /// </summary>
    Suspicious,

    /// <summary>It goes on with another setting: the semicolon between them is missing.</summary>
    AnotherSetting,

    /// <summary>It begins with a user and a password, before an at-sign.</summary>
    Credentials,

    /// <summary>It is an address with a space in it.</summary>
    Space,
}
