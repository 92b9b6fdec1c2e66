import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import javax.net.ServerSocketFactory;
import org.apache.derby.drda.NetworkServerControl;

/**
 * Derby's network server, given the arguments of its own, with connections that send at once. By itself it says an
 * answer with a CLOB in two pieces and waits with the second until the first is acknowledged: 40 ms for each row.
 */
public class PromptDerby {
  public static void main(String[] args) throws Exception {
    var factory = ServerSocketFactory.class.getDeclaredField("theFactory");
    factory.setAccessible(true);
    factory.set(null, new Prompt());
    NetworkServerControl.main(args);
  }

  private static class Prompt extends ServerSocketFactory {
    @Override
    public ServerSocket createServerSocket(int port) throws IOException {
      return new PromptSocket(port, 0, null);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) throws IOException {
      return new PromptSocket(port, backlog, null);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address) throws IOException {
      return new PromptSocket(port, backlog, address);
    }
  }

  private static class PromptSocket extends ServerSocket {
    PromptSocket(int port, int backlog, InetAddress address) throws IOException {
      super(port, backlog, address);
    }

    @Override
    public Socket accept() throws IOException {
      Socket socket = super.accept();
      socket.setTcpNoDelay(true);
      return socket;
    }
  }
}
