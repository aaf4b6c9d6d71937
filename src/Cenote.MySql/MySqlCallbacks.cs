using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Cenote.MySql;

/// <summary>
/// The callbacks of MySqlConnector's connection, for a session that the connection object may open later.
/// </summary>
/// <param name="Server">Validates the server's certificate.</param>
/// <param name="Client">Provides the client's certificates.</param>
/// <param name="Password">Provides the password.</param>
internal readonly record struct MySqlCallbacks(
    RemoteCertificateValidationCallback? Server,
    Func<X509CertificateCollection, ValueTask>? Client,
    Func<MySqlProvidePasswordContext, string>? Password)
{
    internal static MySqlCallbacks Of(MySqlConnection connection) =>
        new(connection.RemoteCertificateValidationCallback, connection.ProvideClientCertificatesCallback, connection.ProvidePasswordCallback);

    /// <summary>Restores the callbacks that were changed since.</summary>
    internal void Restore(MySqlConnection connection)
    {
        if (Of(connection) == this)
        {
            return;
        }

        connection.RemoteCertificateValidationCallback = Server;
        connection.ProvideClientCertificatesCallback = Client;
        connection.ProvidePasswordCallback = Password;
    }
}
