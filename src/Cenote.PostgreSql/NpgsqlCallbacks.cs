using System.Net.Security;

namespace Cenote.PostgreSql;

#pragma warning disable CS0618 // Obsolete callbacks are in use all the same.

/// <summary>
/// The callbacks of Npgsql's connection, for a session that the connection object may yet open. Some are obsolete, and
/// work all the same.
/// </summary>
/// <param name="Tls">For the TLS options.</param>
/// <param name="Server">Judges the server's certificate.</param>
/// <param name="Client">Gives the client's certificates.</param>
/// <param name="Password">Gives the password.</param>
internal readonly record struct NpgsqlCallbacks(
    Action<SslClientAuthenticationOptions>? Tls,
    RemoteCertificateValidationCallback? Server,
    ProvideClientCertificatesCallback? Client,
    ProvidePasswordCallback? Password)
{
    internal static NpgsqlCallbacks Of(NpgsqlConnection connection) => new(
        connection.SslClientAuthenticationOptionsCallback,
        connection.UserCertificateValidationCallback,
        connection.ProvideClientCertificatesCallback,
        connection.ProvidePasswordCallback);

    /// <summary>Restores what was changed since.</summary>
    internal void Restore(NpgsqlConnection connection)
    {
        if (Of(connection) == this)
        {
            return;
        }

        connection.SslClientAuthenticationOptionsCallback = Tls;
        connection.UserCertificateValidationCallback = Server;
        connection.ProvideClientCertificatesCallback = Client;
        connection.ProvidePasswordCallback = Password;
    }
}
