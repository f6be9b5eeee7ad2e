# What docs/private-ca-tools.md says of Terraform: a hierarchy of two CAs, and a certificate.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" {
  type        = string
  description = "The api listener."
}

variable "csr" {
  type        = string
  description = "The file of the device's certificate signing request."
}

variable "bucket" {
  type        = string
  description = "Where CRLs are named to be; nothing else is done with it when there is no objectStore."
  default     = "example-crls"
}

variable "enabled" {
  type    = bool
  default = true
}

variable "ocsp" {
  type    = bool
  default = true
}

variable "tags" {
  type    = map(string)
  default = { team = "pki", env = "lab" }
}

# Access key, secret and region are in the environment.
provider "aws" {
  endpoints {
    acmpca = var.endpoint
    sts    = var.endpoint
  }
}

data "aws_caller_identity" "me" {}

resource "aws_acmpca_certificate_authority" "root" {
  type                            = "ROOT"
  permanent_deletion_time_in_days = 7
  tags                            = var.tags

  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"

    subject {
      country             = "DE"
      organization        = "Example"
      organizational_unit = "PKI"
      common_name         = "Root"
    }
  }

  revocation_configuration {
    crl_configuration {
      enabled            = true
      expiration_in_days = 30
      s3_bucket_name     = var.bucket
      s3_object_acl      = "BUCKET_OWNER_FULL_CONTROL"
    }
  }
}

resource "aws_acmpca_certificate" "root" {
  certificate_authority_arn   = aws_acmpca_certificate_authority.root.arn
  certificate_signing_request = aws_acmpca_certificate_authority.root.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/RootCACertificate/V1"

  validity {
    type  = "YEARS"
    value = 10
  }
}

resource "aws_acmpca_certificate_authority_certificate" "root" {
  certificate_authority_arn = aws_acmpca_certificate_authority.root.arn
  certificate               = aws_acmpca_certificate.root.certificate
  certificate_chain         = aws_acmpca_certificate.root.certificate_chain
}

resource "aws_acmpca_certificate_authority" "devices" {
  type                            = "SUBORDINATE"
  usage_mode                      = "SHORT_LIVED_CERTIFICATE"
  key_storage_security_standard   = "FIPS_140_2_LEVEL_3_OR_HIGHER"
  permanent_deletion_time_in_days = 7
  enabled                         = var.enabled

  certificate_authority_configuration {
    key_algorithm     = "RSA_2048"
    signing_algorithm = "SHA256WITHRSA"

    subject {
      organization = "Example"
      common_name  = "Devices"
    }
  }

  revocation_configuration {
    ocsp_configuration {
      enabled = var.ocsp
    }
  }
}

resource "aws_acmpca_certificate" "devices" {
  certificate_authority_arn   = aws_acmpca_certificate_authority_certificate.root.certificate_authority_arn
  certificate_signing_request = aws_acmpca_certificate_authority.devices.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"

  validity {
    type  = "MONTHS"
    value = 18
  }
}

resource "aws_acmpca_certificate_authority_certificate" "devices" {
  certificate_authority_arn = aws_acmpca_certificate_authority.devices.arn
  certificate               = aws_acmpca_certificate.devices.certificate
  certificate_chain         = aws_acmpca_certificate.devices.certificate_chain
}

resource "aws_acmpca_certificate" "device" {
  certificate_authority_arn   = aws_acmpca_certificate_authority_certificate.devices.certificate_authority_arn
  certificate_signing_request = file(var.csr)
  signing_algorithm           = "SHA256WITHRSA"
  template_arn                = "arn:aws:acm-pca:::template/EndEntityCertificate_APIPassthrough/V1"

  api_passthrough = jsonencode({
    Subject = { CommonName = "device-1", Organization = "Example" }
    Extensions = {
      SubjectAlternativeNames = [{ DnsName = "device-1.example" }, { IpAddress = "192.0.2.1" }]
    }
  })

  validity {
    type  = "END_DATE"
    value = timeadd(plantimestamp(), "72h")
  }

  lifecycle {
    ignore_changes = [validity]
  }
}

resource "aws_acmpca_permission" "renewal" {
  certificate_authority_arn = aws_acmpca_certificate_authority.devices.arn
  actions                   = ["IssueCertificate", "GetCertificate", "ListPermissions"]
  principal                 = "acm.amazonaws.com"
}

resource "aws_acmpca_policy" "root" {
  resource_arn = aws_acmpca_certificate_authority.root.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "1"
        Effect    = "Allow"
        Principal = { AWS = data.aws_caller_identity.me.account_id }
        Action = [
          "acm-pca:DescribeCertificateAuthority",
          "acm-pca:GetCertificate",
          "acm-pca:GetCertificateAuthorityCertificate",
          "acm-pca:ListPermissions",
          "acm-pca:ListTags",
        ]
        Resource = aws_acmpca_certificate_authority.root.arn
      },
      {
        Sid       = "2"
        Effect    = "Allow"
        Principal = { AWS = data.aws_caller_identity.me.account_id }
        Action    = ["acm-pca:IssueCertificate"]
        Resource  = aws_acmpca_certificate_authority.root.arn
        Condition = {
          StringEquals = { "acm-pca:TemplateArn" = "arn:aws:acm-pca:::template/EndEntityCertificate/V1" }
        }
      },
    ]
  })
}

data "aws_acmpca_certificate_authority" "devices" {
  arn = aws_acmpca_certificate_authority_certificate.devices.certificate_authority_arn
}

data "aws_acmpca_certificate" "device" {
  arn                       = aws_acmpca_certificate.device.arn
  certificate_authority_arn = aws_acmpca_certificate_authority.devices.arn
}

output "account" {
  value = data.aws_caller_identity.me.account_id
}

output "root" {
  value = aws_acmpca_certificate.root.certificate
}

output "root_arn" {
  value = aws_acmpca_certificate_authority.root.arn
}

output "devices_arn" {
  value = aws_acmpca_certificate_authority.devices.arn
}

# Of what is read before a change no more than the change leaves alone: the next plan would tell of it.
output "devices" {
  value = {
    certificate_chain = data.aws_acmpca_certificate_authority.devices.certificate_chain
    type              = data.aws_acmpca_certificate_authority.devices.type
    usage_mode        = data.aws_acmpca_certificate_authority.devices.usage_mode
  }
}

output "device" {
  value = data.aws_acmpca_certificate.device
}
