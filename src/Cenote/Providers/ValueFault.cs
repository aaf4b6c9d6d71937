namespace Cenote.Providers;

/// <summary>The reason why the value of a keyword must not be shown.</summary>
internal enum ValueFault
{
    None = 0,

    /// <summary>The value may be intended, but looks so much like a mistake that it is not shown.</summary>
    Suspicious,

    /// <summary>The value continues with another setting, because the semicolon between them is missing.</summary>
    AnotherSetting,

    /// <summary>The value begins with a user and a password, before an at-sign.</summary>
    Credentials,

    /// <summary>The value is an address that contains a space.</summary>
    Space,
}
