namespace Cenote.ProviderTests.SqlServer;

/// <summary>MS-TDS 2.2.3.1.1: the kind of a message.</summary>
internal enum TdsMessageKind
{
    Batch = 0x01,
    Call = 0x03,
    Reply = 0x04,
    Attention = 0x06,
    Transaction = 0x0E,
    Login = 0x10,
    PreLogin = 0x12,
}
