using Yadokari.Daemon.Hosting;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Trust;

/// <summary>Where a host keeps what proves who it is. Private keys have mode 0600, the directory 0700.</summary>
public sealed record TrustFiles(string Directory)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>The cluster's certificate: whoever has one signed by it is believed.</summary>
    public string AuthorityCertificate => Join("ca.crt");

    /// <summary>Only on the host where the cluster was made.</summary>
    public string AuthorityKey => Join("ca.key");

    /// <summary>Tokens and certificates given out; beside <see cref="AuthorityKey"/>.</summary>
    public string AuthorityBook => Join("authority.db");

    /// <summary>The host's certificate and private key in one file, so that a renewal replaces both at once.</summary>
    public string HostIdentity => Join("host.pem");

    /// <summary>ADDR:PORT of the host with the authority; renewals are asked there.</summary>
    public string AuthorityAddress => Join("authority");

    /// <summary>The certificates that are believed no more, signed by the cluster's key.</summary>
    public string Revoked => Join("revoked.json");

    /// <summary>This host belongs to a cluster.</summary>
    public bool Exist => File.Exists(HostIdentity);

    /// <summary>This host makes the cluster's certificates.</summary>
    public bool HasAuthority => File.Exists(AuthorityKey);

    public static TrustFiles Of(HomeDirectory home) => new(home.Trust);

    public void Create() => System.IO.Directory.CreateDirectory(
        Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    /// <summary>Writes a file that appears whole or not at all, readable by nobody else.</summary>
    public static void Write(string path, string text)
    {
        string fresh = path + ".new";
        File.Delete(fresh);
        using (FileStream file = new(fresh, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        using (StreamWriter writer = new(file))
        {
            writer.Write(text);
            writer.Flush();
            file.Flush(flushToDisk: true);
        }
        File.Move(fresh, path, overwrite: true);
    }

    /// <exception cref="YadoException">Not there, or others can read a key.</exception>
    public static string Read(string path, bool isKey)
    {
        try
        {
            if (isKey && (File.GetUnixFileMode(path) & Others) != 0)
            {
                throw new YadoException(YadoError.Failed, $"{path} can be read by others: it is no secret any more; make it private with 'chmod 600' or join the cluster anew");
            }
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new YadoException(YadoError.Failed, $"cannot read {path}: {failure.Message}", failure);
        }
    }

    private string Join(string name) => Path.Combine(Directory, name);
}
