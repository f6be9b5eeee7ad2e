import java.io.StringWriter;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.jscep.client.Client;
import org.jscep.client.EnrollmentResponse;
import org.jscep.client.verification.OptimisticCertificateVerifier;
import org.jscep.transaction.FailInfo;
import org.jscep.transaction.OperationFailureException;
import org.jscep.transaction.TransactionId;

/**
 * Runs one operation of jscep: {@code java JscepClient URL DIRECTORY OPERATION [ARGUMENT...]}. Identities are the files
 * NAME.key and NAME.pem of the directory. Exit code 0 is SUCCESS, 2 FAILURE with failInfo on standard output, 3 PENDING;
 * anything thrown is 1.
 */
public final class JscepClient {
  private static final int FAILURE = 2;
  private static final int PENDING = 3;

  private final Client client;
  private final Path directory;

  private JscepClient(String url, String directory) throws Exception {
    this.client = new Client(URI.create(url).toURL(), new OptimisticCertificateVerifier());
    this.directory = Path.of(directory);
  }

  public static void main(String[] arguments) throws Exception {
    JscepClient self = new JscepClient(arguments[0], arguments[1]);
    String[] rest = Arrays.copyOfRange(arguments, 3, arguments.length);
    try {
      System.exit(
          switch (arguments[2]) {
            case "enrol" -> self.enrol(rest[0], rest[1], rest[2]);
            case "renew" -> self.renew(rest[0], rest[1]);
            case "poll" -> self.poll(rest[0], rest[1]);
            case "get-certificate" -> self.getCertificate(rest[0], rest[1]);
            case "get-crl" -> self.getRevocationList(rest[0]);
            case "get-next-ca" -> self.getRolloverCertificate();
            default -> throw new IllegalArgumentException(arguments[2]);
          });
    } catch (OperationFailureException failure) {
      System.exit(failed(failure.getFailInfo()));
    }
  }

  /** Writes NAME.key, the self-signed NAME.pem, the transactionID as NAME.transaction and, when issued, NAME-issued.pem. */
  private int enrol(String name, String subject, String challenge) throws Exception {
    KeyPair keys = newKey(name);
    X500Principal principal = new X500Principal(subject);
    X509Certificate identity = selfSigned(keys, principal);
    write(name + ".pem", identity);
    PKCS10CertificationRequest request = request(keys, principal, name + ".example", challenge);
    return finish(name, client.enrol(identity, keys.getPrivate(), request));
  }

  /** A new key for the subject of OLD-issued.pem, by a PKCSReq (19) that the old certificate signs. */
  private int renew(String old, String name) throws Exception {
    X509Certificate certificate = certificate(old + "-issued.pem");
    KeyPair keys = newKey(name);
    PKCS10CertificationRequest request =
        request(keys, certificate.getSubjectX500Principal(), old + ".example", null);
    return finish(name, client.enrol(certificate, key(old), request));
  }

  private int poll(String name, String subject) throws Exception {
    byte[] id = Files.readAllBytes(directory.resolve(name + ".transaction"));
    return finish(
        name,
        client.poll(
            certificate(name + ".pem"), key(name), new X500Principal(subject), new TransactionId(id)));
  }

  private int getCertificate(String name, String serial) throws Exception {
    CertStore found =
        client.getCertificate(certificate(name + "-issued.pem"), key(name), new BigInteger(serial, 16));
    write(name + "-found.pem", found.getCertificates(null).toArray());
    return 0;
  }

  private int getRevocationList(String name) throws Exception {
    X509Certificate certificate = certificate(name + "-issued.pem");
    write(
        name + ".crl",
        client.getRevocationList(
            certificate,
            key(name),
            certificate.getIssuerX500Principal(),
            certificate.getSerialNumber()));
    return 0;
  }

  private int getRolloverCertificate() throws Exception {
    write("next.pem", client.getRolloverCertificate().getCertificates(null).toArray());
    return 0;
  }

  private int finish(String name, EnrollmentResponse response) throws Exception {
    if (response.isFailure()) {
      return failed(response.getFailInfo());
    }
    if (response.isPending()) {
      String id = response.getTransactionId().toString();
      Files.writeString(directory.resolve(name + ".transaction"), id);
      return PENDING;
    }
    Collection<? extends Certificate> issued = response.getCertStore().getCertificates(null);
    write(name + "-issued.pem", issued.toArray());
    return 0;
  }

  private static int failed(FailInfo failInfo) {
    System.out.println(failInfo);
    return FAILURE;
  }

  private static X509Certificate selfSigned(KeyPair keys, X500Principal subject) throws Exception {
    Date start = new Date(System.currentTimeMillis() - 60_000);
    Date end = new Date(System.currentTimeMillis() + 86_400_000);
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(
                    subject, BigInteger.ONE, start, end, subject, keys.getPublic())
                .build(signer(keys)));
  }

  /** @param challenge is left out when null */
  private static PKCS10CertificationRequest request(
      KeyPair keys, X500Principal subject, String dnsName, String challenge) throws Exception {
    ExtensionsGenerator extensions = new ExtensionsGenerator();
    GeneralName name = new GeneralName(GeneralName.dNSName, dnsName);
    extensions.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(name));
    PKCS10CertificationRequestBuilder builder =
        new JcaPKCS10CertificationRequestBuilder(subject, keys.getPublic())
            .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
    if (challenge != null) {
      DERPrintableString password = new DERPrintableString(challenge);
      builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_challengePassword, password);
    }
    return builder.build(signer(keys));
  }

  private static ContentSigner signer(KeyPair keys) throws Exception {
    return new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate());
  }

  private KeyPair newKey(String name) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair keys = generator.generateKeyPair();
    write(name + ".key", keys.getPrivate());
    return keys;
  }

  private PrivateKey key(String name) throws Exception {
    return new JcaPEMKeyConverter().getKeyPair((PEMKeyPair) read(name + ".key")).getPrivate();
  }

  private X509Certificate certificate(String file) throws Exception {
    return new JcaX509CertificateConverter()
        .getCertificate((X509CertificateHolder) read(file));
  }

  private Object read(String file) throws Exception {
    try (PEMParser parser = new PEMParser(Files.newBufferedReader(directory.resolve(file)))) {
      return parser.readObject();
    }
  }

  private void write(String file, Object... objects) throws Exception {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      for (Object object : objects) {
        writer.writeObject(object);
      }
    }
    Files.writeString(directory.resolve(file), text.toString(), StandardCharsets.US_ASCII);
  }
}
