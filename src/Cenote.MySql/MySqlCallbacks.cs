using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Cenote.MySql;

/// <summary>
/// The callbacks of MySqlConnector's connection, for a session that the connection object may yet open.
/// </summary>
/// <param name="Server">Judges the server's certificate.</param>
/// <param name="Client">Gives the client's certificates.</param>
/// <param name="Password">Gives the password.</param>
internal readonly record struct MySqlCallbacks(
    RemoteCertificateValidationCallback? Server,
    Func<X509CertificateCollection, ValueTask>? Client,
    Func<MySqlProvidePasswordContext, string>? Password)
{
    internal static MySqlCallbacks Of(MySqlConnection connection) =>
        new(connection.RemoteCertificateValidationCallback, connection.ProvideClientCertificatesCallback, connection.ProvidePasswordCallback);

    /// <summary>Restores what was changed since.</summary>
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
