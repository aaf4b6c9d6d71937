namespace Cenote.Shop.Database;

/// <summary>The database cannot be reached or used. The message is for a person and holds no secret.</summary>
internal sealed class DatabaseUnreachableException(string message, Exception? innerException = null) : Exception(message, innerException);
