using System.Text;
using Yadokari.Linux.Spawn;

namespace Yadokari.Engine.Tests.Resume;

/// <summary>A line to and from a program whose input and output are one socket.</summary>
internal sealed class Talker : IDisposable
{
    public SocketPair Pair { get; } = SocketPair.Create();

    /// <summary>Says a line and waits for the answer.</summary>
    public string Ask(string line)
    {
        foreach (byte value in Encoding.ASCII.GetBytes(line + "\n"))
        {
            if (!Pair.TryWrite(value))
            {
                throw new InvalidOperationException("the program is gone");
            }
        }

        return Hear();
    }

    public string Hear()
    {
        StringBuilder line = new();
        byte[] one = new byte[1];
        while (Pair.Read(one) == 1)
        {
            if (one[0] == '\n')
            {
                return line.ToString();
            }

            line.Append((char)one[0]);
        }

        throw new InvalidOperationException($"the program ended after '{line}'");
    }

    public void Dispose() => Pair.Dispose();
}
