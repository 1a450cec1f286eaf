using System.Collections.Frozen;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Yadokari.Protocol;
using Yadokari.Protocol.Cluster;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Trust;

/// <summary>The certificates that this host believes no more, in a file of its own. Reads it again when the command line has
/// written it. Thread-safe.</summary>
public sealed class Revocations
{
    private readonly Lock _lock = new();
    private readonly TrustFiles _files;
    private readonly X509Certificate2 _authority;
    private volatile Held _held;
    private DateTime _written;

    /// <exception cref="YadoException">There is a list, and it is damaged.</exception>
    public Revocations(TrustFiles files, X509Certificate2 authority)
    {
        (_files, _authority) = (files, authority);
        _held = new Held(RevocationList.Empty);
        Refresh(orThrow: true);
    }

    /// <summary>Told when a newer list holds, of it.</summary>
    public event Action<RevocationList>? Changed;

    public RevocationList List
    {
        get
        {
            Refresh(orThrow: false);
            return _held.List;
        }
    }

    /// <summary>Null when the certificate was not revoked.</summary>
    public RevokedCertificate? Find(string serial)
    {
        Refresh(orThrow: false);
        return _held.BySerial.GetValueOrDefault(serial);
    }

    /// <summary>Takes a list from anywhere, when the cluster's key has signed it and it is newer than the one here.</summary>
    /// <returns>False when it is not newer.</returns>
    /// <exception cref="YadoException">It is not signed by the cluster; exit status 5.</exception>
    public bool Adopt(RevocationList list)
    {
        if (list.Version <= List.Version)
        {
            return false;
        }
        if (!RevocationSignature.IsGood(list, _authority))
        {
            throw new YadoException(YadoError.Refused, "the list of revoked certificates is not signed by this cluster: it is not believed");
        }
        lock (_lock)
        {
            if (list.Version <= _held.List.Version)
            {
                return false;
            }
            Write(_files, list);
            _written = File.GetLastWriteTimeUtc(_files.Revoked);
            _held = new Held(list);
        }
        Changed?.Invoke(list);
        return true;
    }

    internal static void Write(TrustFiles files, RevocationList list) =>
        TrustFiles.Write(files.Revoked, JsonSerializer.Serialize(list, ProtocolJson.Default.RevocationList));

    private void Refresh(bool orThrow)
    {
        // The time of a file that is not there is one, too (File.GetLastWriteTimeUtc).
        if (File.GetLastWriteTimeUtc(_files.Revoked) == _written)
        {
            return;
        }
        RevocationList? fresh = null;
        lock (_lock)
        {
            _written = File.GetLastWriteTimeUtc(_files.Revoked);
            RevocationList? read = Read();
            if (read is null && orThrow)
            {
                throw new YadoException(YadoError.Failed, $"the list of revoked certificates in {_files.Revoked} is damaged: copy it from another host of the cluster");
            }
            // One that was damaged or put back meanwhile takes nothing away from what is known.
            if (read is not null && read.Version > _held.List.Version)
            {
                _held = new Held(fresh = read);
            }
        }
        if (fresh is not null)
        {
            Changed?.Invoke(fresh);
        }
    }

    private RevocationList? Read()
    {
        if (!File.Exists(_files.Revoked))
        {
            return RevocationList.Empty;
        }
        try
        {
            RevocationList? list = JsonSerializer.Deserialize(TrustFiles.Read(_files.Revoked, isKey: false), ProtocolJson.Default.RevocationList);
            return list is not null && RevocationSignature.IsGood(list, _authority) ? list : null;
        }
        catch (Exception failure) when (failure is JsonException or YadoException)
        {
            return null;
        }
    }

    private sealed class Held(RevocationList list)
    {
        public RevocationList List { get; } = list;

        public FrozenDictionary<string, RevokedCertificate> BySerial { get; } =
            list.Entries.DistinctBy(e => e.Serial).ToFrozenDictionary(e => e.Serial, StringComparer.OrdinalIgnoreCase);
    }
}
