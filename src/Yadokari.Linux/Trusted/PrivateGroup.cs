using System.Globalization;

namespace Yadokari.Linux.Trusted;

/// <summary>The group that many systems give each user alone, beside a umask that lets the group write.</summary>
public static class PrivateGroup
{
    /// <summary>The group has one member, the user, by /etc/passwd and /etc/group (passwd(5), group(5)).
    /// False as well where these files do not tell.</summary>
    public static bool IsOf(uint user, uint group) =>
        IsOf(user, group, File.ReadLines("/etc/passwd"), File.ReadLines("/etc/group"));

    internal static bool IsOf(uint user, uint group, IEnumerable<string> users, IEnumerable<string> groups)
    {
        // name:password:uid:gid:…
        string? name = null;
        foreach (string[] fields in users.Select(line => line.Split(':')).Where(f => f.Length > 3 && IsNumber(f[3], group)))
        {
            if (!IsNumber(fields[2], user))
            {
                return false;
            }

            name = fields[0];
        }

        // name:password:gid:member,member
        string[]? entry = groups.Select(line => line.Split(':')).FirstOrDefault(f => f.Length > 3 && IsNumber(f[2], group));
        return name is not null && entry is not null
            && entry[3].Split(',', StringSplitOptions.RemoveEmptyEntries).All(member => member == name);
    }

    private static bool IsNumber(string field, uint number) =>
        uint.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out uint value) && value == number;
}
